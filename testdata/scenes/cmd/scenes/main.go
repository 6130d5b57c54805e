// Command scenes writes made-up aerial scenes and their truth into a folder.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/gopatchwork/patchwork/testdata/scenes"
)

func main() {
	out := flag.String("out", "testdata/scenes/images", "folder to write to")
	n := flag.Int("n", 300, "number of scenes")
	seed := flag.Uint64("seed", 1, "seed of the scenes")
	flag.Parse()
	if err := scenes.Generate(*out, *n, *seed); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d scenes and truth.csv written to %s\n", *n, *out)
}
