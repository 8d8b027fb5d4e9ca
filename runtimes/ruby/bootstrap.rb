# frozen_string_literal: true

# Starts the Ruby runtime.

require_relative 'lambent_runtime'

Lambent::Runtime.new(ENV.fetch('_HANDLER', '')).run
