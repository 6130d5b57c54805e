package imageset

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// entry is a path in a list file.
type entry struct {
	line         int
	path, subset string
}

// list adds the images that a list file names and reports the rows that name none.
func (f *finder) list(name, abs string) error {
	data, err := os.ReadFile(abs)
	if err != nil {
		return fmt.Errorf("imageset: cannot read the list: %w", err)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	bad := func(line int, format string, args ...any) {
		f.lists = append(f.lists, ListProblem{File: name, Line: line, Reason: fmt.Sprintf(format, args...)})
	}
	entries := textEntries(data)
	if strings.ToLower(filepath.Ext(abs)) != ".txt" {
		if entries, err = csvEntries(data, bad); err != nil {
			return fmt.Errorf("imageset: %s:%w", name, err)
		}
	}
	first := map[string]int{}
	for _, e := range entries {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		path := idPath(filepath.Dir(abs), e.path)
		info, err := os.Stat(path)
		id := f.id(path)
		switch {
		case e.path == "":
			bad(e.line, "has no path")
		case err != nil:
			bad(e.line, "%s: %s", e.path, strings.Replace(fileProblem(err), problemVanished, "the file does not exist", 1))
		case info.IsDir():
			bad(e.line, "%s is a folder; want an image file", e.path)
		case first[id] > 0:
			bad(e.line, "%s stands in line %d already", e.path, first[id])
		default:
			first[id] = e.line
			f.add(path, info, e.subset)
		}
	}
	return nil
}

func textEntries(data []byte) []entry {
	var entries []entry
	line := 0
	for text := range strings.Lines(string(data)) {
		line++
		if text = strings.TrimSpace(text); text != "" && !strings.HasPrefix(text, "#") {
			entries = append(entries, entry{line: line, path: text})
		}
	}
	return entries
}

// csvEntries reads a table separated by commas, semicolons or tabs, whichever the first line has most of. Rows that
// cannot be parsed are reported; a table without a column of paths is an error.
func csvEntries(data []byte, bad func(line int, format string, args ...any)) ([]entry, error) {
	r := csv.NewReader(bytes.NewReader(data))
	head, _, _ := bytes.Cut(data, []byte("\n"))
	for _, c := range ",;\t" {
		if bytes.Count(head, []byte(string(c))) > bytes.Count(head, []byte(string(r.Comma))) {
			r.Comma = c
		}
	}
	var entries []entry
	pathColumn, subsetColumn, columns := -1, -1, 0
	for {
		record, err := r.Read()
		if err == io.EOF {
			return entries, nil
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			if parse.Err == csv.ErrFieldCount {
				bad(parse.Line, "has %d columns; the first line has %d", len(record), columns)
			} else {
				bad(parse.Line, "%v", parse.Err)
			}
			continue
		}
		if err != nil {
			return nil, fmt.Errorf(" %w", err)
		}
		line, _ := r.FieldPos(0)
		if pathColumn < 0 {
			columns = len(record)
			pathColumn, subsetColumn = column(record, "filepath", "path", "file"), column(record, "subset")
			if pathColumn >= 0 {
				continue
			}
			if columns > 1 {
				return nil, fmt.Errorf("%d: has no column filepath, path or file; found %q", line, record)
			}
			pathColumn = 0
		}
		e := entry{line: line, path: strings.TrimSpace(record[pathColumn])}
		if subsetColumn >= 0 {
			e.subset = strings.TrimSpace(record[subsetColumn])
		}
		entries = append(entries, e)
	}
}

// column returns the index of the first of names that the header has, or -1.
func column(header []string, names ...string) int {
	for _, name := range names {
		if i := slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) }); i >= 0 {
			return i
		}
	}
	return -1
}
