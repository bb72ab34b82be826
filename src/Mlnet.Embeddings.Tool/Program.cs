using Mlnet.Embeddings.Tool;

return await MlnetEmbed.RunAsync(args, ToolEnvironment.OfProcess());
