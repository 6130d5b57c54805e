package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"
)

func main() {
	path := flag.String("python", "/usr/bin/python3", "the Python that has PyTorch")
	rounds := flag.Int("rounds", 5, "of speed, on each side")
	var w worth
	flag.StringVar(&w.images, "images", "", "train on the images of this `folder`, which has one for each class, instead of measuring speed")
	flag.StringVar(&w.out, "out", "build/pretrain", "with -images: the `folder` for networks, results.json and curves")
	flag.IntVar(&w.epochs, "epochs", 100, "with -images: passes over the images, of each method")
	flag.DurationVar(&w.limit, "limit", 30*time.Minute, "with -images: the longest that a method may take")
	only := flag.String("methods", "", "with -images: the methods whose names match this `pattern`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch w.only, err = regexp.Compile(*only); {
	case err != nil:
	case w.images != "":
		err = w.measure(ctx)
	default:
		err = speed(ctx, *path, *rounds)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchpretrain:", err)
		os.Exit(1)
	}
}
