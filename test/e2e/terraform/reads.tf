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

# Invokes it.
data "aws_lambda_invocation" "newest" {
  function_name = aws_lambda_alias.newest.function_name
  qualifier     = aws_lambda_alias.newest.name
  input         = jsonencode({ name = "Terraform" })

  # The alias stays as it is when the code changes.
  depends_on = [aws_lambda_function.greeter]
}

data "aws_lambda_layer_version" "words" {
  layer_name = aws_lambda_layer_version.shop["words"].layer_name
}

data "aws_lambda_code_signing_config" "shop" {
  arn = aws_lambda_code_signing_config.shop.arn
}

data "aws_lambda_functions" "all" {
  depends_on = [aws_lambda_function.greeter, aws_lambda_function.counter]
}

output "reads" {
  value = {
    version       = data.aws_lambda_function.greeter.version
    code          = data.aws_lambda_function.greeter.code_sha256
    live_version  = data.aws_lambda_function.live.version
    live_arn      = data.aws_lambda_alias.live.arn
    layer_version = data.aws_lambda_layer_version.words.version
    code_signing  = data.aws_lambda_code_signing_config.shop.policies[0].untrusted_artifact_on_deployment
    said          = jsondecode(data.aws_lambda_invocation.newest.result).said
    functions     = sort(data.aws_lambda_functions.all.function_names)
  }
}
