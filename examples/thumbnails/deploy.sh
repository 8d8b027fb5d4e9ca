#!/bin/sh
# Deploys the pipeline with the stock AWS CLI: sh examples/thumbnails/deploy.sh [NAME]
# AWS_ENDPOINT_URL says where Lambent is; http://localhost:4566 unless set.
set -eu
cd "$(dirname "$0")"
name=${1:-thumbnails}
endpoint=${AWS_ENDPOINT_URL:-http://localhost:4566}
export AWS_ACCESS_KEY_ID="${AWS_ACCESS_KEY_ID:-test}" AWS_SECRET_ACCESS_KEY="${AWS_SECRET_ACCESS_KEY:-test}"
export AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-us-east-1}" AWS_PAGER=
cloud() { aws --endpoint-url "$endpoint" --output text "$@"; }

[ -d node_modules ] || npm install --silent --omit=dev
package=$(mktemp -d)
trap 'rm -rf "$package"' EXIT
zip -qr "$package/code.zip" index.mjs package.json node_modules

account=$(cloud sts get-caller-identity --query Account)
cloud s3api create-bucket --bucket "$name-uploads" >/dev/null
cloud s3api create-bucket --bucket "$name-made" >/dev/null
queue=$(cloud sqs create-queue --queue-name "$name" --query QueueUrl)
cloud s3 cp --quiet "$package/code.zip" "s3://$name-made/code.zip"
function=$(cloud lambda create-function --function-name "$name" --runtime nodejs22.x --handler index.handler \
  --role "arn:aws:iam::$account:role/$name" --timeout 30 --memory-size 512 \
  --code "S3Bucket=$name-made,S3Key=code.zip" \
  --environment "Variables={THUMBNAILS=$name-made,QUEUE_URL=$queue}" --query FunctionArn)
cloud lambda add-permission --function-name "$name" --statement-id uploads --action lambda:InvokeFunction \
  --principal s3.amazonaws.com --source-arn "arn:aws:s3:::$name-uploads" --source-account "$account" >/dev/null
cloud s3api put-bucket-notification-configuration --bucket "$name-uploads" --notification-configuration \
  "{\"LambdaFunctionConfigurations\":[{\"LambdaFunctionArn\":\"$function\",\"Events\":[\"s3:ObjectCreated:*\"]}]}"
echo "Upload a picture: aws --endpoint-url $endpoint s3 cp picture.png s3://$name-uploads/"
echo "Its thumbnail is in s3://$name-made, what was done in $queue"
