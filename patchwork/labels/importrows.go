package labels

import (
	"bytes"
	"slices"
	"strings"
)

// read takes a whole file in, noting every problem it can find.
func (in *importer) read(data []byte) {
	rows, problems := ReadRows(data)
	in.problems = append(in.problems, problems...)
	if len(rows) == 0 || !in.readHeader(rows[0].Fields) {
		return
	}
	in.lineOf = map[int]int{}
	for _, r := range rows[1:] {
		in.readLine(r.Line, r.Fields)
	}
}

// readHeader finds out what each column is. It reports false if lines cannot be read with this header.
func (in *importer) readHeader(names []string) bool {
	seen := map[string]bool{}
	for i, name := range names {
		c := importColumn{name: name}
		ignored := slices.Contains(in.options.Ignore, name)
		now, known := in.table.Resolve(name)
		if known {
			name = now
		}
		switch {
		case ignored:
			in.report.Ignored = append(in.report.Ignored, name)
		case seen[name]:
			in.problem(1, "column %q comes twice, perhaps under a former name; keep one of them", name)
		case name == "filepath":
			c.kind = pathColumn
		case name == "exclude" || name == "validation":
			c.kind = flagColumn
		case name == "subset" || name == "viewpath":
			in.report.Ignored = append(in.report.Ignored, name)
		case known:
			c.kind, c.class = classColumn, len(in.classes)
			in.classes = append(in.classes, name)
		case in.table.meaning[name] != "":
			in.problem(1, "class %q is retired; restore it, or list it in ImportOptions.Ignore", name)
		case in.options.AddClasses:
			if err := checkClass(name); err != nil {
				in.problem(1, "column %d cannot become a class: %v", i+1, err)
				break
			}
			c.kind, c.class = classColumn, len(in.classes)
			in.classes = append(in.classes, name)
			in.report.AddClasses = append(in.report.AddClasses, name)
		default:
			in.unknownColumn(i, name)
		}
		seen[name] = true
		in.columns = append(in.columns, c)
	}
	if !seen["filepath"] {
		in.problem(1, "no column is named filepath; the columns are %q", names)
	}
	return seen["filepath"]
}

func (in *importer) unknownColumn(i int, name string) {
	switch {
	case i == 0 && (name == "" || name == "Unnamed: 0"):
		in.problem(1, "the first column is named %q; pandas writes its index so. Save with index=False, or list the name in "+
			"ImportOptions.Ignore", name)
	default:
		in.problem(1, "column %q is no class of the project, which has %q. Correct the name, list it in ImportOptions.Ignore, or "+
			"set AddClasses", name, in.table.classes)
	}
}

// readLine takes one line in.
func (in *importer) readLine(line int, fields []string) {
	if len(fields) != len(in.columns) {
		in.problem(line, "%d fields; want %d as in the first line", len(fields), len(in.columns))
		return
	}
	s := statement{row: -1, exclude: Unknown, validation: Unknown}
	labels := bytes.Repeat([]byte{' '}, len(in.classes))
	for i, c := range in.columns {
		switch c.kind {
		case pathColumn:
			s.row = in.match(line, fields[i])
		case flagColumn:
			v, ok := parseCell(fields[i])
			if !ok {
				in.problem(line, "%s holds %q; want True, False or empty (leave as it is)", c.name, fields[i])
			}
			if c.name == "exclude" {
				s.exclude = v
			} else {
				s.validation = v
			}
		case classColumn:
			v, ok := parseCell(fields[i])
			if !ok {
				in.problem(line, "class %q holds %q; want 1 (present), 0 (absent) or empty (not labelled)", c.name, fields[i])
			}
			if v != Unknown {
				labels[c.class] = '0' + byte(v)
			}
		}
	}
	s.labels = string(labels)
	in.report.Lines++
	in.stated = append(in.stated, s)
}

// match finds the row that a line is about, -1 after a problem.
func (in *importer) match(line int, path string) int {
	row, how, err := in.paths.find(path)
	if err != nil {
		in.problem(line, "%v", err)
		return -1
	}
	if first, twice := in.lineOf[row]; twice {
		in.problem(line, "%q is the image of line %d again; keep one of the lines", path, first)
		return -1
	}
	in.lineOf[row] = line
	switch how {
	case byID:
		in.report.ByID++
	case byFile:
		in.report.ByFile++
	default:
		in.report.ByTail++
	}
	return row
}

// parseCell reads a label or flag; ok is false for anything that is not one.
func parseCell(s string) (v Tri, ok bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "nan":
		return Unknown, true
	case "0", "0.0", "false":
		return Absent, true
	case "1", "1.0", "true":
		return Present, true
	}
	return Unknown, false
}
