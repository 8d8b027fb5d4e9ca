#!/bin/sh
# Deploys orders, from their table to a queue, with the stock AWS CLI: sh examples/orders/deploy.sh [NAME]
# AWS_ENDPOINT_URL says where Lambent is; http://localhost:4566 unless set.
set -eu
cd "$(dirname "$0")"
name=${1:-orders}
endpoint=${AWS_ENDPOINT_URL:-http://localhost:4566}
export AWS_ACCESS_KEY_ID="${AWS_ACCESS_KEY_ID:-test}" AWS_SECRET_ACCESS_KEY="${AWS_SECRET_ACCESS_KEY:-test}"
export AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-us-east-1}" AWS_PAGER=
cloud() { aws --endpoint-url "$endpoint" --output text "$@"; }

package=$(mktemp -d)
trap 'rm -rf "$package"' EXIT
zip -q "$package/code.zip" take.mjs book.mjs

account=$(cloud sts get-caller-identity --query Account)
# The second table sums up by customer, and knows which orders it has.
stream=$(cloud dynamodb create-table --table-name "$name" --billing-mode PAY_PER_REQUEST \
  --attribute-definitions AttributeName=id,AttributeType=S --key-schema AttributeName=id,KeyType=HASH \
  --stream-specification StreamEnabled=true,StreamViewType=NEW_IMAGE --query TableDescription.LatestStreamArn)
cloud dynamodb create-table --table-name "$name-customers" --billing-mode PAY_PER_REQUEST \
  --attribute-definitions AttributeName=id,AttributeType=S --key-schema AttributeName=id,KeyType=HASH >/dev/null
cloud dynamodb wait table-exists --table-name "$name-customers"

topic=$(cloud sns create-topic --name "$name.fifo" --attributes FifoTopic=true --query TopicArn)
queue_arn="arn:aws:sqs:$AWS_DEFAULT_REGION:$account:$name.fifo"
cat >"$package/queue.json" <<JSON
{
  "FifoQueue": "true",
  "Policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"sns.amazonaws.com\"},\"Action\":\"sqs:SendMessage\",\"Resource\":\"$queue_arn\",\"Condition\":{\"ArnEquals\":{\"aws:SourceArn\":\"$topic\"}}}]}"
}
JSON
queue=$(cloud sqs create-queue --queue-name "$name.fifo" --attributes "file://$package/queue.json" --query QueueUrl)
cloud sns subscribe --topic-arn "$topic" --protocol sqs --notification-endpoint "$queue_arn" \
  --attributes RawMessageDelivery=true >/dev/null

create() {
  cloud lambda create-function --function-name "$1" --handler "$2" --environment "Variables={$3}" \
    --runtime nodejs22.x --timeout 30 --role "arn:aws:iam::$account:role/$name" \
    --zip-file "fileb://$package/code.zip" >/dev/null
}
create "$name-take" take.handler "ORDERS=$name"
create "$name-book" book.handler "CUSTOMERS=$name-customers,TOPIC=$topic"
cloud lambda create-event-source-mapping --function-name "$name-book" --event-source-arn "$stream" \
  --starting-position TRIM_HORIZON --function-response-types ReportBatchItemFailures \
  --filter-criteria '{"Filters":[{"Pattern":"{\"eventName\":[\"INSERT\"]}"}]}' >/dev/null
echo "Order something: aws --endpoint-url $endpoint lambda invoke --function-name $name-take --cli-binary-format raw-in-base64-out --payload '{\"customer\":\"ada\",\"items\":[{\"sku\":\"tea\",\"quantity\":2,\"cents\":350}]}' /dev/stdout"
echo "Booked orders are in $queue, sums in the table $name-customers"
