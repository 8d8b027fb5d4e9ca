package com.amazonaws.services.lambda.runtime;

/** The program that called, by way of a mobile SDK. */
public interface Client {
  String getInstallationId();

  String getAppTitle();

  String getAppVersionName();

  String getAppVersionCode();

  String getAppPackageName();
}
