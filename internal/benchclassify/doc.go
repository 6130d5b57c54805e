// Command benchclassify measures the heads of patchwork/classify: how fast they are, beside scikit-learn, and with -project how
// well they do with few labels.
//
//	go run ./internal/benchclassify                      # time: one regression, one round of the loop, a million images
//	go run ./internal/benchclassify -project landuse     # average precision of each head, from 1 label a class on
//	go run ./internal/benchclassify -project landuse -context     # what the context of neighbours brings, and the choice of it
//	go run ./internal/benchclassify -project landuse -variants    # the same on images that are told from their own variants
//	go run ./internal/benchclassify -project landuse -network mobilenet.onnx -seeds 2 -only '^4 images a class'  # the network trained too
//
// The project must have features, and each image all its labels, as `patchwork init --labels-from-folders` gives them.
package main
