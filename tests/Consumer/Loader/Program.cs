// Loads a saved pipeline and applies it: Loader MODEL.zip INPUT.idv OUTPUT.idv. It references Mlnet.Embeddings and never names a type
// of it, as an app does that gets its pipelines from elsewhere.
using Microsoft.ML;

if (args is not [string model, string input, string output])
{
    Console.Error.WriteLine("Loader MODEL.zip INPUT.idv OUTPUT.idv");
    return 2;
}

MLContext context = new(seed: 1);
ITransformer pipeline = context.Model.Load(model, out _);
IDataView result = pipeline.Transform(context.Data.LoadFromBinary(input));
using FileStream file = File.Create(output);
context.Data.SaveAsBinary(result, file);
return 0;
