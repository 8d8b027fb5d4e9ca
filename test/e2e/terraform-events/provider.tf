terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
  s3_use_path_style           = true
  max_retries                 = 1

  endpoints {
    appautoscaling = var.endpoint
    events         = var.endpoint
    lambda         = var.endpoint
    logs           = var.endpoint
    scheduler      = var.endpoint
    sns            = var.endpoint
    sts            = var.endpoint
    xray           = var.endpoint
  }
}

variable "endpoint" {
  type        = string
  description = "Where Lambent listens."
}

variable "package" {
  type        = string
  description = "The function's deployment package."
}

variable "revision" {
  type        = string
  description = "Which release of the stack this is."
}
