// Command benchbackbone measures the networks of patchwork/backbone: numbers that are trained, arithmetic for an image, images a
// second in use and in training, and with -images how well they learn in a time that is the same for all.
//
//	go run ./internal/benchbackbone                                  # the candidates for small images
//	go run ./internal/benchbackbone -networks resnet18,vit-tiny:stem=small -side 32
//	go run ./internal/benchbackbone -images photos -seconds 60       # photos/CLASS/*.jpg; a fifth is held out
//
// Rates are of the fastest of some rounds; those in brackets are by the processor time of the whole, which other programs
// disturb less.
package main
