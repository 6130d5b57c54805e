package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"

	"github.com/gopatchwork/patchwork/patchwork/features"
)

func main() {
	project := flag.String("project", "", "measure heads with few labels on the images of this project `folder`")
	seeds := flag.Int("seeds", 20, "with -project: random choices of labelled images")
	only := flag.String("only", "", "with -project: measure what this regular `expression` matches, as \"^4 images a class: linear\"")
	network := flag.String("network", "", "with -project: measure trainings of this ONNX `file` on the images")
	mean := flag.Float64("mean", 0.5, "with -network: taken from pixels in [0, 1]")
	std := flag.Float64("std", 0.5, "with -network: that they are divided by")
	epochs := flag.Int("epochs", 10, "with -network: epochs on images")
	rate := flag.Float64("network-rate", 0.5, "with -network: rate of the network as a share of that of the head")
	path := flag.String("python", "/usr/bin/python3", "the Python that has scikit-learn")
	around := flag.Bool("context", false, "with -project: measure what the context of neighbours and the choice of it bring on several questions")
	varied := flag.Bool("variants", false, "with -project: measure that on images beside the same ones changed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	wanted, err := regexp.Compile(*only)
	if err == nil && *network != "" {
		o := features.ONNXOptions{Mean: []float32{float32(*mean)}, Std: []float32{float32(*std)}}
		err = tuned(ctx, *project, *network, o, *epochs, *rate, *seeds, wanted)
	} else if err == nil && *around {
		err = contexts(ctx, *project, *seeds, wanted)
	} else if err == nil && *varied {
		err = variants(ctx, *project, *seeds, wanted)
	} else if err == nil && *project != "" {
		err = fewLabels(ctx, *project, *seeds, wanted)
	} else if err == nil {
		err = speed(ctx, *path)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchclassify:", err)
		os.Exit(1)
	}
}
