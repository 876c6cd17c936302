#include "server/stores/postgres/loader.hpp"

#include <vector>

namespace parley::stores::postgres {

void Loader::load(std::span<LoadBatcher::Pending> batch) {
  std::vector<bool> taken(batch.size(), false);
  std::vector<LoadBatcher::Pending*> of_tenant;
  std::vector<Reader::Wanted> wanted;
  for (std::size_t first = 0; first < batch.size(); ++first) {
    if (taken[first]) continue;
    const std::string& tenant = batch[first].write.tenant;
    of_tenant.clear();
    wanted.clear();
    for (std::size_t i = first; i < batch.size(); ++i) {
      if (taken[i] || batch[i].write.tenant != tenant) continue;
      taken[i] = true;
      of_tenant.push_back(&batch[i]);
      wanted.push_back(std::move(batch[i].write.conversation));
    }
    const auto load_all = [&](Reader& reader) -> Result<std::vector<Reader::Loaded>> {
      return reader.load(wanted);
    };
    auto loaded = reader_.run<std::vector<Reader::Loaded>>(tenant, load_all);
    for (std::size_t i = 0; i < of_tenant.size(); ++i) {
      if (loaded) {
        of_tenant[i]->outcome = std::move((*loaded)[i]);
      } else {
        of_tenant[i]->outcome = std::unexpected(loaded.error());
      }
    }
  }
}

}  // namespace parley::stores::postgres
