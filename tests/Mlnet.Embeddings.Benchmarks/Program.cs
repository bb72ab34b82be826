using Mlnet.Embeddings.Benchmarks;
using Mlnet.Embeddings.Benchmarks.Adapters;
using Mlnet.Embeddings.Benchmarks.Encoder;
using Mlnet.Embeddings.Benchmarks.Experiments;
using Mlnet.Embeddings.Benchmarks.Experiments.Adaptation;
using Mlnet.Embeddings.Benchmarks.Hubness;
using Mlnet.Embeddings.Benchmarks.Neighbors;
#if RANKING
using Mlnet.Embeddings.Benchmarks.Ranking;
#endif
using Mlnet.Embeddings.Benchmarks.Whitening;
using Mlnet.Embeddings.Benchmarks.ZeroShot;

IReadOnlyDictionary<string, (string What, Action<string[]> Run)> benchmarks = new Dictionary<string, (string, Action<string[]>)>
{
    ["tokenizer"] = ("tokens a second beside Microsoft.ML.Tokenizers' BertTokenizer, one thread", TokenizerBenchmark.Run),
    ["pipeline"] = ("static embedding through an ML.NET pipeline beside Core alone, one thread", PipelineBenchmark.Run),
    ["allocations"] = ("bytes allocated a row on the static path (BenchmarkDotNet)", AllocationBenchmark.Run),
    ["classification"] = ("Banking77, full train: the bundled model beside FeaturizeText, the same trainer", ClassificationBenchmark.Run),
    ["onnx"] = ("the encoder beside the bare runtime, transformers.js and one padded text a run, 2 threads", OnnxBenchmark.Run),
    ["onnx-parts"] = ("filling a batch and pooling it, in time and bytes (BenchmarkDotNet)", EncoderPartsBenchmark.Run),
    ["onnx-memory"] = ("peak memory of the encoder in an ML.NET pipeline over a million texts", EncoderMemory.Run),
    ["memory"] = ("peak memory of mlnet-embed embed on generated lines", MemoryBenchmark.Run),
    ["neighbors"] = ("exact neighbours beside scikit-learn, the graph beside hnswlib, 2 threads (an argument names the Python); or: pairs [ROWS], million [ROWS]", NeighborsBenchmark.Run),
    ["hubness"] = ("20 Newsgroups and AG News: hubness and the error of neighbours' votes, plain and by every reduction; or: ROWS [CANDIDATES]; or: time [PYTHON]", HubnessBenchmark.Run),
    ["hubness-components"] = ("NearestNeighbors, ReduceHubness and ScoreCandidates with every reduction beside the vectors as they are (or of these: votes, features, ranking)", ComponentsBenchmark.Run),
    ["zero-shot"] = ("classification by descriptions of labels, as they are and refined by unlabelled rows: accuracy on four data sets", ZeroShotBenchmark.Run),
    ["whitening"] = ("ZCA whitening of 100,000 × 384 beside numpy, 2 threads (an argument names the Python); or: pipeline; or: memory [ROWS]", WhiteningBenchmark.Run),
    ["whitening-parts"] = ("moments of a block, one applied, and a row alone, one thread, in time and bytes (BenchmarkDotNet)", WhiteningPartsBenchmark.Run),
    ["adapters"] = ("a linear adapter trained on 50,000 pairs × 384 by InfoNCE beside PyTorch, 2 threads (an argument names the Python)", TrainingBenchmark.Run),
    ["adapters-parts"] = ("filling a batch of 256 pairs × 384, its loss and gradient, moving the weights, one thread, in time and bytes (BenchmarkDotNet)", TrainingPartsBenchmark.Run),
    ["transforms"] = ("what each transform of vectors does to similarity, classification and clusters: where the defaults come from", TransformExperiment.Run),
    ["adapter-quality"] = ("what adapters gain on Banking77 (16 rows an intent, all), TREC, Cranfield and CISI (or of these: few, full, questions, retrieval; --train-folds leaves test files alone)", AdaptationExperiment.Run),
#if MKL
    ["vector-whiten"] = ("ML.NET's own VectorWhiten beside WhitenEmbedding: covariance and mean, similarity, time", VectorWhitenBenchmark.Run),
#endif
#if RANKING
    ["ranking"] = ("TrecQA's answers ranked by cosine, and by FastTree and LightGBM over features of pairs", RankingBenchmark.Run),
#endif
};

if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out (string What, Action<string[]> Run) chosen))
{
    Console.WriteLine("Name a benchmark:");
    foreach ((string name, (string what, _)) in benchmarks)
    {
        Console.WriteLine($"  ./build.sh bench {name,-15} {what}");
    }

    return args.Length == 0 ? 0 : 2;
}

chosen.Run(args[1..]);
return 0;
