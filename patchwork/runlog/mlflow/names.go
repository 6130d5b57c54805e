package mlflow

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"
)

// Limits of the interface.
const (
	keyMost     = 250
	paramMost   = 6000 // characters of a parameter's value
	tagMost     = 5000 // of a tag's
	metricsMost = 1000 // in a request
	pairsMost   = 100  // parameters, and tags, in a request
	bytesMost   = 900_000
)

// names makes names that MLflow takes of others, each its own: of letters, digits, _, -, ., space and /, that read as a path do not
// lead elsewhere, and at most 250 characters.
type names struct {
	of    map[string]string
	taken map[string]bool
}

func newNames() *names { return &names{map[string]string{}, map[string]bool{}} }

func (n *names) key(name string) string {
	if key, ok := n.of[name]; ok {
		return key
	}
	key := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-. /", r) {
			return r
		}
		return '_'
	}, strings.ToValidUTF8(name, "_"))
	var parts []string
	for _, part := range strings.Split(key, "/") {
		if part != "" && part != "." && part != ".." {
			parts = append(parts, part)
		}
	}
	key = path.Join(parts...)
	if key == "" {
		key = "_"
	}
	key = cut(key, keyMost-10) // room for a number
	for i, base := 2, key; n.taken[key]; i++ {
		key = fmt.Sprintf("%s_%d", base, i)
	}
	n.of[name], n.taken[key] = key, true
	return key
}

// cut is the first characters of a text.
func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}

// pairs are parameters or tags of at most so many characters, in requests that are not too large.
func (n *names) pairs(values []pair, most int) (all [][]pair) {
	size := 0
	for _, v := range values {
		v.Key, v.Value = n.key(v.Key), cut(strings.ToValidUTF8(v.Value, "\ufffd"), most)
		bytes := 6*len(v.Value) + len(v.Key) + 50 // as JSON, at most
		if len(all) == 0 || len(all[len(all)-1]) == pairsMost || size+bytes > bytesMost {
			all, size = append(all, nil), 0
		}
		size += bytes
		all[len(all)-1] = append(all[len(all)-1], v)
	}
	return all
}

// metrics are the numbers of steps, in requests.
func (n *names) metrics(steps []step) (all [][]metric) {
	var list []metric
	for _, s := range steps {
		for _, name := range slices.Sorted(maps.Keys(s.values)) {
			list = append(list, metric{n.key(name), s.values[name], s.time.UnixMilli(), int64(s.step)})
		}
	}
	return slices.Collect(slices.Chunk(list, metricsMost))
}
