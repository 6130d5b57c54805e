package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	project := flag.String("project", "", "measure heads with few labels on the images of this project `folder`")
	seeds := flag.Int("seeds", 20, "with -project: random choices of labelled images")
	path := flag.String("python", "/usr/bin/python3", "the Python that has scikit-learn")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if *project != "" {
		err = fewLabels(ctx, *project, *seeds)
	} else {
		err = speed(ctx, *path)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchclassify:", err)
		os.Exit(1)
	}
}
