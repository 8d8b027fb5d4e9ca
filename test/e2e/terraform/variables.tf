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
  role = "arn:aws:iam::000000000000:role/shop"
}

variable "architecture" {
  type        = string
  description = "What the machine is."
}
