package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type Event struct {
	Name string `json:"name"`
	Fail bool   `json:"fail"`
}

type Answer struct {
	Message   string `json:"message"`
	RequestID string `json:"requestId"`
	Arn       string `json:"arn"`
	HasTime   bool   `json:"hasTime"`
	Function  string `json:"function"`
}

func handle(ctx context.Context, event Event) (*Answer, error) {
	if event.Fail {
		return nil, errors.New("asked to fail")
	}
	about, _ := lambdacontext.FromContext(ctx)
	_, hasTime := ctx.Deadline()
	fmt.Println("handling", event.Name)
	return &Answer{"Hello " + event.Name, about.AwsRequestID, about.InvokedFunctionArn, hasTime, lambdacontext.FunctionName}, nil
}

func main() {
	lambda.Start(handle)
}
