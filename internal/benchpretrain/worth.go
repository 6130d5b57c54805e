package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
)

// worth measures what features of methods are worth.
type worth struct {
	images, out string
	epochs      int
	limit       time.Duration
	only        *regexp.Regexp
}

// result is what a method came to.
type result struct {
	Method   string    `json:"method"`
	Network  string    `json:"network"`
	Epochs   int       `json:"epochs"`
	Seconds  float64   `json:"seconds"`
	Speed    float64   `json:"images_per_s"`
	Score    score     `json:"score"`
	At       []float64 `json:"at"`     // epochs
	Accuracy []float64 `json:"probed"` // of a linear probe, at them
}

// transformers are the networks of methods that take no other.
var transformers = map[string]string{"mae": "vit-tiny"}

func (w worth) measure(ctx context.Context) error {
	if err := os.MkdirAll(w.out, 0o755); err != nil {
		return err
	}
	file := filepath.Join(w.out, "results.json")
	done, err := read(file)
	if err != nil {
		return err
	}
	j, err := newJudge(ctx, w.images, filepath.Join(w.out, "project"))
	if err != nil {
		return err
	}
	if err := j.floors(ctx, w.out); err != nil {
		return err
	}
	fmt.Println("| method | network | seconds | images/s | linear probe | 5 nearest | effective rank |\n|---|---|---|---|---|---|---|")
	for _, s := range j.found {
		fmt.Printf("| %s | | | | %v |\n", s.name, s.score)
	}
	var shown []result
	for _, c := range pretrain.Cards() {
		if !w.only.MatchString(c.Name) {
			continue
		}
		at := slices.IndexFunc(done, func(r result) bool { return r.Method == c.Name && r.Epochs == w.epochs })
		if at < 0 {
			r, err := w.one(ctx, j, c.Name)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				fmt.Printf("| `%s` | %v |\n", c.Name, err)
				continue
			}
			done, at = append(done, r), len(done)
			if err := write(file, done); err != nil {
				return err
			}
		}
		r := done[at]
		shown = append(shown, r)
		fmt.Printf("| `%s` | `%s` | %.0f | %.0f | %v |\n", r.Method, r.Network, r.Seconds, r.Speed, r.Score)
	}
	return curves(filepath.Join(w.out, "curves"), shown)
}

// one trains by a method and measures its features.
func (w worth) one(ctx context.Context, j *judge, method string) (result, error) {
	r := result{Method: method, Network: backbone.Default, Epochs: w.epochs}
	if other, ok := transformers[method]; ok {
		r.Network = other
	}
	limited, stop := context.WithTimeoutCause(ctx, w.limit, fmt.Errorf("it takes more than %v", w.limit))
	defer stop()
	o := patchwork.PretrainOptions{Method: method, Network: r.Network, Look: max(1, w.epochs/10)}
	o.Epochs = w.epochs
	out := filepath.Join(w.out, method)
	report, err := patchwork.Pretrain(limited, []string{w.images}, out, o, func(p pretrain.Point) {
		if p.Looked != nil {
			r.At, r.Accuracy = append(r.At, p.Epoch), append(r.Accuracy, p.Looked["linear"])
		}
	}, nil)
	if err != nil {
		return r, errors.Join(err, context.Cause(limited))
	}
	r.Seconds, r.Speed = report.Seconds, report.Speed
	r.Score, err = j.network(ctx, out)
	return r, err
}

func read(file string) (all []result, err error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	return all, err
}

func write(file string, all []result) error {
	text, err := json.MarshalIndent(all, "", "\t")
	if err != nil {
		return err
	}
	return atomicfile.Write(file, text, 0o644, atomicfile.Durable)
}
