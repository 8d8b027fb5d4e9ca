#!/bin/sh
# Deploys a stream and a function that adds up its records by the minute: sh examples/stream-aggregator/deploy.sh [NAME]
set -eu
cd "$(dirname "$0")"
name=${1:-stream-aggregator}
endpoint=${AWS_ENDPOINT_URL:-http://localhost:4566}
export AWS_ACCESS_KEY_ID="${AWS_ACCESS_KEY_ID:-test}" AWS_SECRET_ACCESS_KEY="${AWS_SECRET_ACCESS_KEY:-test}"
export AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-us-east-1}" AWS_PAGER=
cloud() { aws --endpoint-url "$endpoint" --output text "$@"; }

package=$(mktemp -d)
trap 'rm -rf "$package"' EXIT
zip -q "$package/code.zip" index.mjs

account=$(cloud sts get-caller-identity --query Account)
cloud kinesis create-stream --stream-name "$name" --shard-count 1
cloud kinesis wait stream-exists --stream-name "$name"
cloud lambda create-function --function-name "$name" --runtime nodejs22.x --handler index.handler \
  --role "arn:aws:iam::$account:role/$name" --zip-file "fileb://$package/code.zip" >/dev/null
cloud lambda create-event-source-mapping --function-name "$name" --starting-position TRIM_HORIZON \
  --event-source-arn "arn:aws:kinesis:$AWS_DEFAULT_REGION:$account:stream/$name" \
  --tumbling-window-in-seconds 60 >/dev/null
echo "Measure something: aws --endpoint-url $endpoint kinesis put-record --stream-name $name --partition-key a --data '{\"sensor\":\"a\",\"value\":1}'"
