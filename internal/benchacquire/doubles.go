package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// each is how many images get a double of each kind.
const each = 5

// doubles plants doubles of images and counts which are found beside their original.
func (o options) doubles(ctx context.Context, dir string) error {
	found, others := make([]figures, len(kinds)), figures{}
	// What is made of the images themselves is made once.
	base := filepath.Join(dir, "base")
	p, _, err := patchwork.Init(ctx, base, patchwork.InitOptions{Images: []string{o.images}, Extractor: o.extractor}, nil)
	if err != nil {
		return err
	}
	if _, err := p.Embed(ctx, patchwork.EmbedOptions{}, nil); err != nil {
		return err
	}
	if _, err := p.CheckImages(ctx, imageset.CheckSettings{}, nil); err != nil {
		return err
	}
	if err := p.Close(); err != nil {
		return err
	}
	for seed := range o.seeds {
		planted, copied := filepath.Join(dir, fmt.Sprint("planted ", seed)), filepath.Join(dir, fmt.Sprint("q", seed))
		if err := os.CopyFS(copied, os.DirFS(base)); err != nil {
			return err
		}
		p, err := patchwork.Open(copied)
		if err != nil {
			return err
		}
		original, err := plantDoubles(p, planted, rand.New(rand.NewPCG(uint64(seed), 0x646f75626c65)))
		if err := errors.Join(err, p.Close()); err != nil {
			return err
		}
		if p, _, err = patchwork.Init(ctx, copied, patchwork.InitOptions{Images: []string{planted}}, nil); err != nil {
			return err
		}
		defer p.Close()
		if _, err := p.Embed(ctx, patchwork.EmbedOptions{}, nil); err != nil {
			return err
		}
		report, err := p.Doubles(ctx, patchwork.DoubleOptions{}, nil)
		if err != nil {
			return err
		}
		hits, alone := make([]float64, len(kinds)), 0
		for _, group := range report.Groups {
			of := map[string]bool{}
			for _, image := range group {
				of[image] = true
			}
			distinct := len(group)
			for _, image := range group {
				name := filepath.Base(image)
				at, ok := original[name]
				if !ok {
					continue
				}
				distinct--
				if of[at.image] {
					hits[at.kind]++
				}
			}
			if distinct > 1 {
				alone++
			}
		}
		for k := range kinds {
			found[k] = append(found[k], hits[k]/each)
		}
		others = append(others, float64(alone))
		if err := errors.Join(os.RemoveAll(planted), os.RemoveAll(copied)); err != nil {
			return err
		}
	}
	for k, kind := range kinds {
		row("doubles found: "+kind.name+" (promised: 1)", found[k])
	}
	row("groups that join images of the collection itself", others)
	return nil
}

// planting is what a planted file shows.
type planting struct {
	image string // of the project
	kind  int
}

// plantDoubles writes doubles of images of p into the folder, of different ones for each kind.
func plantDoubles(p *patchwork.Project, folder string, r *rand.Rand) (map[string]planting, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	index, original := p.Images(), map[string]planting{}
	rows := r.Perm(index.Len())
	if len(rows) < each*len(kinds) {
		return nil, fmt.Errorf("%d images; want at least %d to plant doubles of", len(rows), each*len(kinds))
	}
	for i, row := range rows[:each*len(kinds)] {
		at := index.At(row)
		kind := kinds[i%len(kinds)]
		name := fmt.Sprintf("double_%03d%s", i, kind.extension)
		if kind.extension == "" {
			name += filepath.Ext(at.ID)
		}
		if err := plantDouble(filepath.Join(folder, name), pathOf(p, at), kind); err != nil {
			return nil, err
		}
		original[name] = planting{at.ID, i % len(kinds)}
	}
	return original, nil
}

func plantDouble(to, from string, k kind) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if k.write == nil {
		_, err = io.Copy(out, in)
	} else {
		var m image.Image
		if m, _, err = image.Decode(in); err == nil {
			err = k.write(out, m)
		}
	}
	return errors.Join(err, out.Close())
}

// pathOf is where an image of the project lies.
func pathOf(p *patchwork.Project, at imageset.Image) string {
	if filepath.IsAbs(at.ID) || strings.HasPrefix(at.ID, "http") {
		return at.ID
	}
	return filepath.Join(p.Reader().Root, filepath.FromSlash(at.ID))
}
