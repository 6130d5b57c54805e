package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/gopatchwork/patchwork/patchwork/backbone"
)

// candidates are networks for images of 64 pixels.
const candidates = "resnet-tiny,resnet-tiny:width=0.5,resnet18:stem=small:width=0.25,resnet18,wrn-16-1,wrn-16-2:stem=large,bnalexnet," +
	"convnext-atto:stem=small,convnextv2-atto,convmixer-256-8:patch=4:kernel=5,vit-tiny:patch=8,vgg11:width=0.25"

func main() {
	names := flag.String("networks", candidates, "networks, separated by commas, with options as in vit-tiny:patch=8")
	side := flag.Int("side", 64, "width and height of images in `pixels`")
	batch := flag.Int("batch", 64, "images at a time")
	rounds := flag.Int("rounds", 5, "rounds of a rate")
	images := flag.String("images", "", "measure how well they learn on the images of this `folder`, in a folder for each class")
	seconds := flag.Float64("seconds", 60, "with -images: processor time of each training")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	for _, text := range strings.Split(*names, ",") {
		var n backbone.Network
		if n, err = parse(text); err != nil {
			break
		}
		if *images != "" {
			err = learn(ctx, text, n, *images, *side, *batch, *seconds)
		} else {
			err = measure(ctx, text, n, *side, *batch, *rounds)
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchbackbone:", err)
		os.Exit(1)
	}
}

// parse makes the network of a text such as resnet18:stem=small:width=0.5.
func parse(text string) (backbone.Network, error) {
	parts := strings.Split(text, ":")
	var o backbone.Options
	for _, p := range parts[1:] {
		key, value, _ := strings.Cut(p, "=")
		number, err := strconv.ParseFloat(value, 64)
		switch key {
		case "stem":
			o.Stem, err = backbone.Stem(value), nil
		case "norm":
			o.Norm, err = backbone.Norm(value), nil
		case "width":
			o.Width = number
		case "patch":
			o.Patch = int(number)
		case "kernel":
			o.Kernel = int(number)
		default:
			return nil, fmt.Errorf("%s: there is no option %q; want stem, norm, width, patch or kernel", text, key)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
	}
	return backbone.New(parts[0], o)
}
