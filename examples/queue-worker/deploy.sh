#!/bin/sh
# Deploys a queue, its worker, and a queue for what cannot be done: sh examples/queue-worker/deploy.sh [NAME]
set -eu
cd "$(dirname "$0")"
name=${1:-queue-worker}
endpoint=${AWS_ENDPOINT_URL:-http://localhost:4566}
export AWS_ACCESS_KEY_ID="${AWS_ACCESS_KEY_ID:-test}" AWS_SECRET_ACCESS_KEY="${AWS_SECRET_ACCESS_KEY:-test}"
export AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-us-east-1}" AWS_PAGER=
cloud() { aws --endpoint-url "$endpoint" --output text "$@"; }

package=$(mktemp -d)
trap 'rm -rf "$package"' EXIT
zip -q "$package/code.zip" index.mjs

account=$(cloud sts get-caller-identity --query Account)
queue_arn="arn:aws:sqs:$AWS_DEFAULT_REGION:$account:$name"
cloud sqs create-queue --queue-name "$name-dead" >/dev/null
cat >"$package/attributes.json" <<JSON
{
  "VisibilityTimeout": "30",
  "RedrivePolicy": "{\"deadLetterTargetArn\":\"$queue_arn-dead\",\"maxReceiveCount\":2}"
}
JSON
queue=$(cloud sqs create-queue --queue-name "$name" --attributes "file://$package/attributes.json" --query QueueUrl)
cloud lambda create-function --function-name "$name" --runtime nodejs22.x --handler index.handler \
  --role "arn:aws:iam::$account:role/$name" --timeout 5 --zip-file "fileb://$package/code.zip" >/dev/null
cloud lambda create-event-source-mapping --function-name "$name" --event-source-arn "$queue_arn" \
  --batch-size 10 --function-response-types ReportBatchItemFailures >/dev/null
echo "Give it work: aws --endpoint-url $endpoint sqs send-message --queue-url $queue --message-body '{\"task\":\"dishes\"}'"
