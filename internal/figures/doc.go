// Command figures makes the figures of the docs, from the pictures that the project carries:
//
//	go run ./internal/figures [-out docs/figures]
//
// Everything in a figure is made by the code that it shows. A test compares the files in docs/figures with what the code
// makes now.
package main
