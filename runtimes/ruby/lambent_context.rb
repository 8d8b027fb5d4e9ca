# frozen_string_literal: true

module Lambent
  # What a handler is told about its invocation: from the header of an INVOKE frame and the environment.
  class Context
    attr_reader :aws_request_id, :invoked_function_arn, :deadline_ms, :client_context, :identity, :tenant_id

    def initialize(header)
      @aws_request_id = header['requestId']
      @invoked_function_arn = header['invokedFunctionArn']
      @deadline_ms = header['deadlineMs']
      @client_context = parsed(header['clientContext'])
      @identity = parsed(header['cognitoIdentity'])
      @tenant_id = header['tenantId']
    end

    def function_name
      ENV.fetch('AWS_LAMBDA_FUNCTION_NAME', nil)
    end

    def function_version
      ENV.fetch('AWS_LAMBDA_FUNCTION_VERSION', nil)
    end

    def memory_limit_in_mb
      ENV.fetch('AWS_LAMBDA_FUNCTION_MEMORY_SIZE', nil)
    end

    def log_group_name
      ENV.fetch('AWS_LAMBDA_LOG_GROUP_NAME', nil)
    end

    def log_stream_name
      ENV.fetch('AWS_LAMBDA_LOG_STREAM_NAME', nil)
    end

    def get_remaining_time_in_millis
      [deadline_ms - (Time.now.to_f * 1000).to_i, 0].max
    end

    def log(message)
      $stdout.puts message
    end

    private

    def parsed(text)
      text && JSON.parse(text)
    end
  end
end
