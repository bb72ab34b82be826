using System.CommandLine;
using Mlnet.Embeddings.Static;
using Mlnet.Embeddings.Tokenization;
using Mlnet.Embeddings.Tool.Training;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary><c>mlnet-embed train-static</c>: pairs of texts in, the folder of a static model out. The bundled model is made by it.</summary>
internal sealed class TrainStaticCommand
{
    private static readonly StaticModelTrainerOptions Default = new();

    private static readonly (string Property, string Flag)[] Flags =
    [
        ("Dimensions", "--dimensions"), ("MatryoshkaDimensions", "--matryoshka"), ("BatchSize", "--batch-size"), ("Temperature", "--temperature"), ("LearningRate", "--learning-rate"),
        ("Passes", "--passes"), ("FrequencyDamping", "--frequency-damping"), ("Threads", "--threads"), ("raise Size or CharacterShare", "raise --vocabulary-size"),
    ];

    private readonly Option<string[]> _pairs = new("--pairs", "-p") { Description = "Tab-separated files of pairs, plain or .gz, in mixed order; or - for standard input.", Required = true, AllowMultipleArgumentsPerToken = true };
    private readonly Option<string> _columns = new("--columns") { Description = "The files' columns in order; 'left' and 'right' are the pair, 'source' groups batches.", DefaultValueFactory = _ => "left,right" };
    private readonly Option<string[]> _keep = new("--keep") { Description = "Share of rows to keep where a column has a value, such as kind:adjacent=0.5." };
    private readonly Option<string> _output = new("--output", "-o") { Description = "The folder to write; its name becomes the model's.", Required = true };
    private readonly Option<string?> _vocabulary = new("--vocabulary") { Description = "A vocab.txt or tokenizer.json (WordPiece) to use; without it a vocabulary is learned from the pairs." };
    private readonly Option<int> _vocabularySize = new("--vocabulary-size") { Description = "Entries of the learned vocabulary.", DefaultValueFactory = _ => new WordPieceVocabularyOptions().Size };
    private readonly Option<int> _dimensions = new("--dimensions", "-d") { Description = "Values a vector.", DefaultValueFactory = _ => Default.Dimensions };
    private readonly Option<string> _matryoshka = new("--matryoshka") { Description = "Leading dimensions that should serve alone; empty for none.", DefaultValueFactory = _ => string.Join(',', Default.MatryoshkaDimensions) };
    private readonly Option<int> _batchSize = new("--batch-size") { Description = "Pairs a batch.", DefaultValueFactory = _ => Default.BatchSize };
    private readonly Option<double> _temperature = new("--temperature") { Description = "Temperature of InfoNCE.", DefaultValueFactory = _ => Default.Temperature };
    private readonly Option<double> _learningRate = new("--learning-rate") { Description = "Adam's rate at its height.", DefaultValueFactory = _ => Default.LearningRate };
    private readonly Option<int> _passes = new("--passes") { Description = "Passes over the pairs.", DefaultValueFactory = _ => Default.Passes };
    private readonly Option<double> _damping = new("--frequency-damping") { Description = "a in a/(a + p), the factor of a token with the share p of all tokens; 0 for none.", DefaultValueFactory = _ => Default.FrequencyDamping };
    private readonly Option<int> _seed = new("--seed") { Description = "Seed of the start vectors and the order.", DefaultValueFactory = _ => Default.Seed };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads; they do not change the result.", DefaultValueFactory = _ => Default.Threads };
    private readonly Option<bool> _float32 = new("--float32") { Description = "Store four bytes a value instead of one." };
    private readonly ToolEnvironment _environment;

    private TrainStaticCommand(ToolEnvironment environment) => _environment = environment;

    public static Command Create(ToolEnvironment environment) => new TrainStaticCommand(environment).Command();

    private ToolCommand Command()
    {
        ToolCommand command = new("train-static", "Trains a static model on pairs of texts that belong together.", "mlnet-embed train-static --pairs questions.tsv --columns left,right --passes 3 --output my-model")
        {
            _pairs, _columns, _keep, _output, _vocabulary, _vocabularySize, _dimensions, _matryoshka, _batchSize, _temperature, _learningRate, _passes, _damping, _seed, _threads, _float32,
        };
        command.SetAction((parsed, cancellationToken) => Task.FromResult(Run(parsed, cancellationToken)));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            Train(parsed, cancellationToken);
            return ExitCodes.Success;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            throw new ToolException(FlagMessages.Of(exception, Flags), exception);
        }
    }

    private void Train(ParseResult parsed, CancellationToken cancellationToken)
    {
        StaticModelTrainerOptions options = Options(parsed);
        options.Validate();
        PairColumns columns = new(parsed.GetRequiredValue(_columns), parsed.GetValue(_keep) ?? []);
        OutputFolder.Check(parsed.GetRequiredValue(_output));
        TrainingProgress progress = new(_environment.Error);
        using SpooledInput input = SpooledInput.Of(parsed.GetRequiredValue(_pairs), _environment.OpenInput, cancellationToken);
        PairTable pairs = new(input.Files, columns);
        byte[] tokenizer = parsed.GetValue(_vocabulary) is string file ? ReadVocabulary(file) : LearnVocabulary(pairs, parsed.GetRequiredValue(_vocabularySize), progress, cancellationToken);
        StaticModelTrainer trainer = new(WordPieceTokenizer.FromJson(tokenizer, "tokenizer.json"), options);
        EmbeddingMatrix vectors = trainer.Train(pairs, progress, cancellationToken);
        StaticModelWriter.Write(parsed.GetRequiredValue(_output), tokenizer, vectors, asBytes: !parsed.GetValue(_float32));
        progress.Say($"wrote {parsed.GetRequiredValue(_output)}");
    }

    private StaticModelTrainerOptions Options(ParseResult parsed) => new()
    {
        Dimensions = parsed.GetRequiredValue(_dimensions),
        MatryoshkaDimensions = [.. parsed.GetRequiredValue(_matryoshka).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Number)],
        BatchSize = parsed.GetRequiredValue(_batchSize),
        Temperature = parsed.GetRequiredValue(_temperature),
        LearningRate = parsed.GetRequiredValue(_learningRate),
        Passes = parsed.GetRequiredValue(_passes),
        FrequencyDamping = parsed.GetRequiredValue(_damping),
        Seed = parsed.GetRequiredValue(_seed),
        Threads = parsed.GetRequiredValue(_threads),
    };

    private static int Number(string text) =>
        int.TryParse(text, out int number) ? number : throw new ToolException($"--matryoshka names '{text}'; it takes numbers of dimensions with commas between, such as 64,128.");

    private static byte[] ReadVocabulary(string file)
    {
        if (!File.Exists(file))
        {
            throw new ToolException($"There is no file '{file}'. Give --vocabulary a vocab.txt or tokenizer.json.");
        }

        byte[] content = File.ReadAllBytes(file);
        return file.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? content
            : WordPieceTokenizerJson.Write(System.Text.Encoding.UTF8.GetString(content).Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0).ToArray());
    }

    private static byte[] LearnVocabulary(PairTable pairs, int size, TrainingProgress progress, CancellationToken cancellationToken)
    {
        WordPieceVocabularyTrainer trainer = new(new() { Size = size });
        foreach (TextPair pair in pairs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            trainer.Add(pair.Left);
            trainer.Add(pair.Right);
        }

        if (trainer.Words == 0)
        {
            throw new ToolException("The input holds no pairs. Give rows with texts in the columns 'left' and 'right'.");
        }

        IReadOnlyList<string> vocabulary = trainer.Train();
        progress.Say($"learned a vocabulary of {vocabulary.Count} entries");
        return WordPieceTokenizerJson.Write(vocabulary);
    }
}
