package labels

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

// paths finds the images that the paths of a file mean.
type paths struct {
	images Images
	root   string           // the project folder, absolute; "" if it is not known
	base   string           // the folder of the file, absolute
	byName map[string][]int // rows by last element of their ID; nil until needed
}

// how a path was matched, the surest way first.
type how int8

const (
	byID how = iota
	byFile
	byTail
)

func newPaths(images Images, root, base string) *paths {
	p := &paths{images: images}
	p.base, _ = filepath.Abs(base)
	if root != "" {
		p.root, _ = filepath.Abs(root)
	}
	return p
}

// find returns the row that name means. Ways that need less guessing come first, and each must be free of doubt.
func (p *paths) find(name string) (row int, by how, err error) {
	if name == "" {
		return 0, byID, fmt.Errorf("filepath is empty; want the path of an image")
	}
	if row, ok := p.images.Row(name); ok {
		return row, byID, nil
	}
	slashed := name
	if strings.Contains(name, `\`) {
		slashed = strings.ReplaceAll(name, `\`, "/") // as Windows writes paths
	}
	for _, from := range []string{p.base, p.root} {
		if row, ok := p.from(from, slashed); ok {
			return row, byFile, nil
		}
	}
	return p.byTail(name, slashed)
}

// from takes name for a path from a folder, or for an absolute one.
func (p *paths) from(folder, name string) (row int, ok bool) {
	if p.root == "" {
		return p.images.Row(path.Clean(name))
	}
	file := filepath.FromSlash(name)
	if !filepath.IsAbs(file) {
		file = filepath.Join(folder, file)
	}
	id, err := filepath.Rel(p.root, file)
	if err != nil {
		return 0, false
	}
	return p.images.Row(filepath.ToSlash(id))
}

// byTail takes name for the end of an ID, or an ID for the end of name, element by element. Paths that only share
// their last elements are not the same image: train/1.jpg is not test/1.jpg.
func (p *paths) byTail(name, slashed string) (row int, by how, err error) {
	if p.byName == nil {
		p.byName = make(map[string][]int, p.images.Len())
		for row := range p.images.Len() {
			last := path.Base(p.images.At(row).ID)
			p.byName[last] = append(p.byName[last], row)
		}
	}
	tail := inside(path.Clean(slashed))
	var found []int
	for _, row := range p.byName[path.Base(slashed)] {
		if id := inside(p.images.At(row).ID); endsIn(id, tail) || endsIn(tail, id) {
			found = append(found, row)
		}
	}
	switch len(found) {
	case 0:
		return 0, byTail, fmt.Errorf("no image of the project is %q; give paths relative to the project folder, or add the image to the project", name)
	case 1:
		return found[0], byTail, nil
	}
	return 0, byTail, fmt.Errorf("%q may be any of %d images, such as %q and %q; give more of the path",
		name, len(found), p.images.At(found[0]).ID, p.images.At(found[1]).ID)
}

// inside drops what leads to a path without naming a part of it: "/", "./" and "../".
func inside(name string) string {
	for {
		short := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(name, "/"), "./"), "../")
		if short == name {
			return name
		}
		name = short
	}
}

// endsIn says that tail is the last elements of name, or all of it.
func endsIn(name, tail string) bool {
	return name == tail || strings.HasSuffix(name, "/"+tail)
}
