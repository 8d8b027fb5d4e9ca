locals {
  # What the second release changes in tables.
  is_second = var.release.memory > 128
  indexes   = local.is_second ? ["state", "place"] : ["state"]
}

resource "aws_dynamodb_table" "orders" {
  name           = "orders"
  billing_mode   = "PROVISIONED"
  read_capacity  = local.is_second ? 20 : 10
  write_capacity = 10
  hash_key       = "customer"
  range_key      = "placed"

  attribute {
    name = "customer"
    type = "S"
  }

  attribute {
    name = "placed"
    type = "N"
  }

  dynamic "attribute" {
    for_each = local.indexes
    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = local.indexes
    content {
      name               = "by-${global_secondary_index.value}"
      hash_key           = global_secondary_index.value
      range_key          = "placed"
      projection_type    = "INCLUDE"
      non_key_attributes = ["total"]
      read_capacity      = 5
      write_capacity     = 5
    }
  }

  ttl {
    attribute_name = "until"
    enabled        = true
  }

  stream_enabled   = !local.is_second
  stream_view_type = local.is_second ? null : "NEW_AND_OLD_IMAGES"

  tags = {
    team = local.is_second ? "store" : "shop"
  }
}

resource "aws_dynamodb_table" "sessions" {
  name         = "sessions"
  billing_mode = "PAY_PER_REQUEST"
  table_class  = "STANDARD_INFREQUENT_ACCESS"
  hash_key     = "user"
  range_key    = "session"

  attribute {
    name = "user"
    type = "S"
  }

  attribute {
    name = "session"
    type = "B"
  }

  attribute {
    name = "seen"
    type = "N"
  }

  local_secondary_index {
    name            = "by-seen"
    range_key       = "seen"
    projection_type = "KEYS_ONLY"
  }

  on_demand_throughput {
    max_read_request_units  = 100
    max_write_request_units = local.is_second ? 50 : 25
  }
}

resource "aws_dynamodb_table_item" "first" {
  table_name = aws_dynamodb_table.orders.name
  hash_key   = aws_dynamodb_table.orders.hash_key
  range_key  = aws_dynamodb_table.orders.range_key
  item       = jsonencode({ customer = { S = "ada" }, placed = { N = "1" }, total = { N = "42" } })
}

data "aws_dynamodb_table" "orders" {
  name       = aws_dynamodb_table.orders.name
  depends_on = [aws_dynamodb_table_item.first]
}

output "tables" {
  value = {
    arn     = data.aws_dynamodb_table.orders.arn
    item    = jsondecode(aws_dynamodb_table_item.first.item).total.N
    read    = data.aws_dynamodb_table.orders.read_capacity
    indexes = sort([for index in data.aws_dynamodb_table.orders.global_secondary_index : index.name])
  }
}
