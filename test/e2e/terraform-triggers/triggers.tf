resource "aws_lambda_function" "worker" {
  function_name    = "worker"
  role             = "arn:aws:iam::000000000000:role/worker"
  runtime          = "nodejs22.x"
  handler          = "index.handler"
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  timeout          = 10
}

resource "aws_sqs_queue" "jobs" {
  name                       = "jobs"
  visibility_timeout_seconds = 60

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = "arn:aws:sqs:us-east-1:000000000000:jobs"
      Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:s3:::uploads" } }
    }]
  })
}

resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn                   = aws_sqs_queue.jobs.arn
  function_name                      = aws_lambda_function.worker.arn
  batch_size                         = 20
  maximum_batching_window_in_seconds = 1
  function_response_types            = ["ReportBatchItemFailures"]

  filter_criteria {
    filter {
      pattern = jsonencode({ body = { kind = ["job"] } })
    }
  }

  scaling_config {
    maximum_concurrency = 10
  }

  tags = {
    team = "blue"
  }
}

resource "aws_kinesis_stream" "clicks" {
  name             = "clicks"
  shard_count      = 2
  retention_period = 48

  stream_mode_details {
    stream_mode = "PROVISIONED"
  }

  tags = {
    team = "blue"
  }
}

resource "aws_kinesis_stream_consumer" "reader" {
  name       = "reader"
  stream_arn = aws_kinesis_stream.clicks.arn
}

resource "aws_lambda_event_source_mapping" "clicks" {
  event_source_arn               = aws_kinesis_stream.clicks.arn
  function_name                  = aws_lambda_function.worker.arn
  starting_position              = "TRIM_HORIZON"
  batch_size                     = 20
  parallelization_factor         = 2
  maximum_retry_attempts         = 3
  maximum_record_age_in_seconds  = 3600
  bisect_batch_on_function_error = true

  destination_config {
    on_failure {
      destination_arn = aws_s3_bucket.uploads.arn
    }
  }
}

resource "aws_lambda_event_source_mapping" "reader" {
  event_source_arn  = aws_kinesis_stream_consumer.reader.arn
  function_name     = aws_lambda_function.worker.arn
  starting_position = "LATEST"
}

resource "aws_s3_bucket" "uploads" {
  bucket        = "uploads"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_ownership_controls" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_public_access_block" "uploads" {
  bucket              = aws_s3_bucket.uploads.id
  block_public_policy = true
}

resource "aws_s3_bucket_acl" "uploads" {
  bucket     = aws_s3_bucket.uploads.id
  acl        = "public-read"
  depends_on = [aws_s3_bucket_ownership_controls.uploads, aws_s3_bucket_public_access_block.uploads]
}

resource "aws_s3_object" "first" {
  bucket  = aws_s3_bucket.uploads.id
  key     = "in/first.txt"
  content = "first"
  acl     = "public-read"

  depends_on = [aws_s3_bucket_acl.uploads, aws_s3_bucket_notification.uploads]
}

resource "aws_s3_object_copy" "first" {
  bucket = aws_s3_bucket.uploads.id
  key    = "copies/the first one.txt"
  acl    = "public-read"
  source = "${aws_s3_bucket.uploads.id}/${aws_s3_object.first.key}"
}

resource "aws_lambda_permission" "uploads" {
  statement_id   = "uploads"
  function_name  = aws_lambda_function.worker.function_name
  action         = "lambda:InvokeFunction"
  principal      = "s3.amazonaws.com"
  source_arn     = aws_s3_bucket.uploads.arn
  source_account = "000000000000"
}

resource "aws_s3_bucket_notification" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  lambda_function {
    lambda_function_arn = aws_lambda_function.worker.arn
    events              = ["s3:ObjectCreated:*"]
    filter_prefix       = "in/"
    filter_suffix       = ".txt"
  }

  queue {
    queue_arn = aws_sqs_queue.jobs.arn
    events    = ["s3:ObjectRemoved:*"]
  }

  depends_on = [aws_lambda_permission.uploads]
}

output "mappings" {
  value = {
    for name, mapping in {
      jobs   = aws_lambda_event_source_mapping.jobs
      clicks = aws_lambda_event_source_mapping.clicks
      reader = aws_lambda_event_source_mapping.reader
    } : name => mapping.state
  }
}
