# What the stack made, read back by Terraform itself.
data "aws_lambda_function" "greeter" {
  function_name = aws_lambda_function.greeter.function_name
}

data "aws_lambda_function" "live" {
  function_name = aws_lambda_alias.live.function_name
  qualifier     = aws_lambda_alias.live.name
}

data "aws_lambda_alias" "live" {
  function_name = aws_lambda_alias.live.function_name
  name          = aws_lambda_alias.live.name
}

data "aws_lambda_functions" "all" {
  depends_on = [aws_lambda_function.greeter, aws_lambda_function.counter]
}

output "greeter_version" {
  value = aws_lambda_function.greeter.version
}

output "greeter_hash" {
  value = data.aws_lambda_function.greeter.code_sha256
}

output "live_version" {
  value = data.aws_lambda_function.live.version
}

output "live_arn" {
  value = data.aws_lambda_alias.live.arn
}

output "functions" {
  value = sort(data.aws_lambda_functions.all.function_names)
}
