// Package mlflow sends the record of a training to a tracking server of MLflow, through its REST interface 2.0.
//
// A training never waits for the server: what is logged goes into a queue, and one goroutine sends it. A server that is slow, away
// or broken is asked again after a while that doubles; where the queue is full, every other of the steps that wait is left out. The
// first trouble is told once, and Close says what did not arrive.
//
// Nothing is sent unless a program calls Start. Passwords and tokens go into the header Authorization alone; no error has them.
//
// Source: the pages "REST API" and "Authentication" of MLflow's documentation, and the limits of mlflow/utils/validation.py.
package mlflow
