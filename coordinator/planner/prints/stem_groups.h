// Who stands together in a stem: the groups of a request for stems. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/spec/routing.h"
#include "proto/album.pb.h"

namespace trackout {

struct Group {
  std::string name;
  std::vector<int> sources = {};  // in the order of the spec; muted ones too
  std::vector<int> returns = {};  // whose paths stand here, from whatever source
  bool is_separate_return = false;
};

// `name`, or name_2, ... where one of these bears it, in whatever case.
std::string FreeName(const std::string& name, const std::vector<std::string>& taken);

// In the order of the list: what was asked for, then Other, then separate returns. A group may be empty: its
// stem is silent. A printed return whose paths stand in a group is in it by them, and no source of any.
std::vector<Group> GroupsOf(const Routing& routing, const StemsRequest& request);

}  // namespace trackout
