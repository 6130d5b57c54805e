package main

import (
	"fmt"
	"os"

	"github.com/gopatchwork/patchwork/widgets"
)

// together is how many methods one chart shows.
const together = 6

// curves draws the accuracy of the linear probe during the trainings, some methods in each of the files NAME-1.svg, NAME-2.svg and so on.
func curves(name string, results []result) error {
	for n := 0; n*together < len(results); n++ {
		c := widgets.Chart{Title: "Linear probe", XName: "epoch", YName: "accuracy", Width: 640, Height: 300}
		for _, r := range results[n*together : min((n+1)*together, len(results))] {
			c.Series = append(c.Series, widgets.Series{Name: r.Method, X: r.At, Y: r.Accuracy})
		}
		svg, err := c.SVG()
		if err != nil {
			return err
		}
		if err := os.WriteFile(fmt.Sprintf("%s-%d.svg", name, n+1), []byte(svg), 0o644); err != nil {
			return err
		}
	}
	return nil
}
