using System.Text.Json;
using Mlnet.Embeddings;
using Mlnet.Embeddings.Demo;

// The second process: it has the saved pipeline and nothing else.
if (args is ["predict", string saved, string texts, string labels])
{
    string[] questions = JsonSerializer.Deserialize<string[]>(File.ReadAllText(texts))!;
    File.WriteAllText(labels, JsonSerializer.Serialize(Job.Load(saved).Predict(questions)));
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
