data "aws_caller_identity" "me" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "shop" {
  name                 = "shop"
  path                 = "/service/"
  description          = "What the shop's functions run as"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = 7200
  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"

  tags = {
    team = "blue"
  }
}

resource "aws_iam_role_policy" "read" {
  name = "read"
  role = aws_iam_role.shop.id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::shop/*" }]
  })
}

resource "aws_iam_policy" "queue" {
  name        = "queue"
  description = "Sends orders"

  # Each release is a version of the policy.
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = "*", Sid = "Release${var.release.retries}" }]
  })
}

resource "aws_iam_role_policy_attachment" "queue" {
  role       = aws_iam_role.shop.name
  policy_arn = aws_iam_policy.queue.arn
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.shop.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_user" "deployer" {
  name = "deployer"
}

resource "aws_iam_access_key" "deployer" {
  user = aws_iam_user.deployer.name
}

resource "aws_iam_user_policy_attachment" "deployer" {
  user       = aws_iam_user.deployer.name
  policy_arn = "arn:aws:iam::aws:policy/AWSLambda_FullAccess"
}

data "aws_iam_role" "shop" {
  name = aws_iam_role.shop.name
}

output "roles" {
  value = {
    account = data.aws_caller_identity.me.account_id
    arn     = data.aws_iam_role.shop.arn
  }
}
