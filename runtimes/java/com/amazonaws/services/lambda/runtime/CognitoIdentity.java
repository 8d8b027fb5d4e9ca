package com.amazonaws.services.lambda.runtime;

/** Who called, by way of a mobile SDK. */
public interface CognitoIdentity {
  String getIdentityId();

  String getIdentityPoolId();
}
