package runlog

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Flatten gives the fields of a struct, as YAML names them, as settings: those of a struct within by dotted names behind prefix, a list with commas
// between its values. Fields that YAML leaves out are left out.
//
// Errors: v cannot be written as YAML; it is no struct or map.
func Flatten(prefix string, v any) (map[string]string, error) {
	var node yaml.Node
	if err := node.Encode(v); err != nil {
		return nil, fmt.Errorf("runlog: settings: %w", err)
	}
	if node.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("runlog: settings are %T; want a struct or a map", v)
	}
	all := map[string]string{}
	flatten(all, prefix, &node)
	return all, nil
}

func flatten(all map[string]string, name string, node *yaml.Node) {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(node.Content); i += 2 {
			field := node.Content[i].Value
			if name != "" {
				field = name + "." + field
			}
			flatten(all, field, node.Content[i+1])
		}
	case yaml.SequenceNode:
		var values []string
		for i, item := range node.Content {
			if item.Kind != yaml.ScalarNode {
				flatten(all, fmt.Sprintf("%s.%d", name, i), item)
				continue
			}
			values = append(values, item.Value)
		}
		if len(values) > 0 {
			all[name] = strings.Join(values, ", ")
		}
	default:
		if node.Tag != "!!null" {
			all[name] = node.Value
		}
	}
}
