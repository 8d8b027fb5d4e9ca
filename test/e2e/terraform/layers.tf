resource "aws_lambda_layer_version" "shop" {
  for_each = toset(["words", "marks"])

  layer_name               = each.key
  description              = "The shop's ${each.key}"
  filename                 = "${var.packages}/${each.key}.zip"
  source_code_hash         = filebase64sha256("${var.packages}/${each.key}.zip")
  compatible_runtimes      = ["nodejs22.x", "nodejs20.x"]
  compatible_architectures = [var.architecture]
  license_info             = "Apache-2.0"
}

resource "aws_lambda_layer_version_permission" "partner" {
  layer_name     = aws_lambda_layer_version.shop["words"].layer_name
  version_number = aws_lambda_layer_version.shop["words"].version
  statement_id   = "partner"
  action         = "lambda:GetLayerVersion"
  principal      = "111122223333"
}
