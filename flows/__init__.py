"""When it happens: Prefect flows, settings, alarms, the command line. The only room that reads the environment."""
