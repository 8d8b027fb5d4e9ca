#!/bin/sh
# Deploys a function that runs every five minutes: sh examples/cron/deploy.sh [NAME]
set -eu
cd "$(dirname "$0")"
name=${1:-cron}
endpoint=${AWS_ENDPOINT_URL:-http://localhost:4566}
export AWS_ACCESS_KEY_ID="${AWS_ACCESS_KEY_ID:-test}" AWS_SECRET_ACCESS_KEY="${AWS_SECRET_ACCESS_KEY:-test}"
export AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-us-east-1}" AWS_PAGER=
cloud() { aws --endpoint-url "$endpoint" --output text "$@"; }

package=$(mktemp -d)
trap 'rm -rf "$package"' EXIT
zip -q "$package/code.zip" index.mjs

account=$(cloud sts get-caller-identity --query Account)
function=$(cloud lambda create-function --function-name "$name" --runtime nodejs22.x --handler index.handler \
  --role "arn:aws:iam::$account:role/$name" --zip-file "fileb://$package/code.zip" --query FunctionArn)
rule=$(cloud events put-rule --name "$name" --schedule-expression 'cron(0/5 * * * ? *)' --query RuleArn)
cloud lambda add-permission --function-name "$name" --statement-id cron --action lambda:InvokeFunction \
  --principal events.amazonaws.com --source-arn "$rule" >/dev/null
cloud events put-targets --rule "$name" --targets "Id=function,Arn=$function" >/dev/null
echo "Every five minutes; to see it now: curl -d advanceMs=300000 $endpoint/_lambent/clock"
