using System.Diagnostics;
using Mlnet.Embeddings;
using Mlnet.Embeddings.Demo;

// The second process: it has the saved pipeline and nothing else.
if (args is ["predict", string saved, .. string[] questions])
{
    foreach (string label in Job.Load(saved).Predict(questions))
    {
        Console.WriteLine(label);
    }

    return 0;
}

try
{
    DemoOptions options = DemoOptions.Parse(args);
    return new Demo(options).Run();
}
catch (Exception e) when (e is DemoException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"demo: {e.Message}");
    return 2;
}
