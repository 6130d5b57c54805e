package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
)

func main() {
	project := flag.String("project", "", "measure heads with few labels on the images of this project `folder`")
	seeds := flag.Int("seeds", 20, "with -project: random choices of labelled images")
	only := flag.String("only", "", "with -project: measure what this regular `expression` matches, as \"^4 images a class: linear\"")
	path := flag.String("python", "/usr/bin/python3", "the Python that has scikit-learn")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	wanted, err := regexp.Compile(*only)
	if err == nil && *project != "" {
		err = fewLabels(ctx, *project, *seeds, wanted)
	} else if err == nil {
		err = speed(ctx, *path)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchclassify:", err)
		os.Exit(1)
	}
}
