import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.KinesisClientUtil;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.RetrievalSpecificConfig;
import software.amazon.kinesis.retrieval.fanout.FanOutConfig;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/** Reads a stream with the Kinesis Client Library until it has so many records: ENDPOINT STREAM APPLICATION MODE COUNT. */
public final class Reader implements ShardRecordProcessor {
  private static CountDownLatch left;
  private String shard;

  public static void main(String[] args) throws Exception {
    URI endpoint = URI.create(args[0]);
    String stream = args[1];
    String application = args[2];
    left = new CountDownLatch(Integer.parseInt(args[4]));
    KinesisAsyncClient kinesis =
        KinesisClientUtil.createKinesisAsyncClient(at(KinesisAsyncClient.builder(), endpoint));
    DynamoDbAsyncClient tables = at(DynamoDbAsyncClient.builder(), endpoint).build();
    CloudWatchAsyncClient metrics = at(CloudWatchAsyncClient.builder(), endpoint).build();
    InitialPositionInStreamExtended start =
        InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);
    String worker = UUID.randomUUID().toString();
    ConfigsBuilder configs =
        new ConfigsBuilder(
            new SingleStreamTracker(stream, start), application, kinesis, tables, metrics, worker, Reader::new);
    RetrievalSpecificConfig retrieval =
        args[3].equals("fan-out")
            ? new FanOutConfig(kinesis).streamName(stream).applicationName(application)
            : new PollingConfig(stream, kinesis);
    Scheduler scheduler =
        new Scheduler(
            configs.checkpointConfig(),
            configs.coordinatorConfig(),
            configs.leaseManagementConfig(),
            configs.lifecycleConfig(),
            configs.metricsConfig().metricsFactory(new NullMetricsFactory()),
            configs.processorConfig(),
            configs.retrievalConfig().retrievalSpecificConfig(retrieval));
    new Thread(scheduler, "scheduler").start();
    boolean isDone = left.await(300, TimeUnit.SECONDS);
    scheduler.startGracefulShutdown().get(30, TimeUnit.SECONDS);
    System.out.println(isDone ? "done" : "gave up");
    System.exit(isDone ? 0 : 1);
  }

  private static <B extends AwsClientBuilder<B, C>, C> B at(B builder, URI endpoint) {
    return builder
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")));
  }

  @Override
  public void initialize(InitializationInput input) {
    shard = input.shardId();
  }

  @Override
  public void processRecords(ProcessRecordsInput input) {
    for (KinesisClientRecord record : input.records()) {
      System.out.println(shard + " " + record.partitionKey() + " " + StandardCharsets.UTF_8.decode(record.data()));
      left.countDown();
    }
    checkpoint(input.checkpointer());
  }

  @Override
  public void leaseLost(LeaseLostInput input) {}

  @Override
  public void shardEnded(ShardEndedInput input) {
    System.out.println(shard + " ended");
    checkpoint(input.checkpointer());
  }

  @Override
  public void shutdownRequested(ShutdownRequestedInput input) {
    checkpoint(input.checkpointer());
  }

  private static void checkpoint(RecordProcessorCheckpointer checkpointer) {
    try {
      checkpointer.checkpoint();
    } catch (InvalidStateException | ShutdownException error) {
      throw new IllegalStateException(error);
    }
  }
}
