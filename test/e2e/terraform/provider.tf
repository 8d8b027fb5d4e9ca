terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

# What the provider would ask of other services when it starts is off: the stack needs Lambda and IAM alone.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
  max_retries                 = 1

  endpoints {
    dynamodb = var.endpoint
    iam      = var.endpoint
    lambda   = var.endpoint
    sts      = var.endpoint
  }

  default_tags {
    tags = {
      stack = "shop"
    }
  }
}
