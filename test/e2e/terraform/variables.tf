variable "endpoint" {
  type        = string
  description = "Where Lambent listens."
}

variable "packages" {
  type        = string
  description = "Folder with the deployment packages."
}

variable "release" {
  type = object({
    code    = string
    memory  = number
    layers  = list(string)
    retries = number
    # Share of the invokes that the newest version gets.
    greeter_weight = number
    # Share of the invokes that the second version gets.
    counter_weight  = number
    counter_version = string
  })
  description = "What one release of the shop changes."
}

locals {
  role = aws_iam_role.shop.arn
}

variable "architecture" {
  type        = string
  description = "What the machine is."
}
