package patchwork

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
)

// parseSettings reads the text of a project.yaml. A field that it does not know is an error, because it is a slip of the
// pen that would do nothing and be lost when the file is written again.
func parseSettings(text []byte) (Settings, error) {
	var head struct {
		Version int `yaml:"version"`
	}
	if err := yaml.Unmarshal(text, &head); err != nil {
		return Settings{}, yamlError(err)
	}
	switch {
	case head.Version > settingsVersion:
		return Settings{}, fmt.Errorf("the file has version %d and this program reads up to %d; use a newer patchwork", head.Version, settingsVersion)
	case head.Version < 1:
		return Settings{}, errors.New(`the file has no version; begin it with "version: 1" if you wrote it, or restore it from a copy`)
	}
	var s Settings
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil && err != io.EOF {
		return Settings{}, yamlError(err)
	}
	if err := labels.CheckClasses(s.classNames()); err != nil {
		return Settings{}, fmt.Errorf("%w", err)
	}
	if _, err := agreement.ParseRule(s.Rule); err != nil {
		return Settings{}, fmt.Errorf("rule: %w; mend the file, nothing else was touched", err)
	}
	if s.Augment != nil {
		if err := s.Augment.Validate(); err != nil {
			return Settings{}, fmt.Errorf("augment: %w; mend the file, nothing else was touched", err)
		}
	}
	if err := s.Input.check(); err != nil {
		return Settings{}, fmt.Errorf("%w; mend the file, nothing else was touched", err)
	}
	return s, nil
}

// UnmarshalYAML reads a class written with its fields, or as its bare name.
func (c *Class) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		c.Name = node.Value
		return nil
	}
	for i := 0; node.Kind == yaml.MappingNode && i < len(node.Content); i += 2 {
		switch key := node.Content[i]; key.Value {
		case "name", "hotkey", "description":
		default:
			return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: field %s not found in type Class", key.Line, key.Value)}}
		}
	}
	type fields Class
	return node.Decode((*fields)(c))
}

var (
	unknownField = regexp.MustCompile(`^(line \d+): field (.*) not found in type .*$`)
	wrongType    = regexp.MustCompile("^(line \\d+): cannot unmarshal !!\\w+ ?(.*) into (.*)$")
)

// yamlError says what is wrong with a project.yaml in words for the person who edited it.
func yamlError(err error) error {
	types := (*yaml.TypeError)(nil)
	if !errors.As(err, &types) {
		return fmt.Errorf("%s; mend the file, nothing else was touched", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	var problems []string
	for _, text := range types.Errors {
		if m := unknownField.FindStringSubmatch(text); m != nil {
			text = fmt.Sprintf("%s: there is no field %q", m[1], m[2])
		} else if m := wrongType.FindStringSubmatch(text); m != nil {
			text = fmt.Sprintf("%s: found %s, want %s", m[1], found(m[2]), wanted(m[3]))
		}
		problems = append(problems, text)
	}
	return fmt.Errorf("%s; mend the file, nothing else was touched", strings.Join(problems, "; "))
}

func found(value string) string {
	if value == "" {
		return "a list or fields"
	}
	return value
}

// wanted describes a Go type to somebody who writes YAML.
func wanted(goType string) string {
	switch {
	case goType == "string":
		return "text"
	case goType == "bool":
		return "true or false"
	case strings.HasPrefix(goType, "[]"):
		return "a list, such as [first, second]"
	case strings.Contains(goType, "int"):
		return "a whole number of 0 or more"
	case strings.Contains(goType, "float"):
		return "a number"
	}
	return "fields with values, such as name: water"
}
