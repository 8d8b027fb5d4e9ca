variable "endpoint" {
  type        = string
  description = "Where Lambent listens."
}

variable "packages" {
  type        = string
  description = "Folder with the deployment packages."
}

variable "greeter" {
  type = object({
    package = string
    memory  = number
    stable  = string
    canary  = map(number)
  })
  description = "What changes from one release of the greeter to the next."
}

locals {
  role = "arn:aws:iam::000000000000:role/shop"
}
