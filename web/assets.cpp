// The table over the data that assets.S pulls in; asset_table.inc is written by embed.cmake.
#include "web/assets.hpp"

#define ASSET(index, path, type, etag)                                  \
  extern "C" const unsigned char parley_asset_##index##_identity[];     \
  extern "C" const unsigned char parley_asset_##index##_identity_end[]; \
  extern "C" const unsigned char parley_asset_##index##_gzip[];         \
  extern "C" const unsigned char parley_asset_##index##_gzip_end[];
#include "asset_table.inc"
#undef ASSET

namespace parley::web {
namespace {

#define ASSET(index, path, type, etag)                                       \
  Asset{                                                                     \
      path,                                                                  \
      type,                                                                  \
      etag,                                                                  \
      {parley_asset_##index##_gzip, parley_asset_##index##_gzip_end},        \
      {parley_asset_##index##_identity, parley_asset_##index##_identity_end} \
  },
const Asset kAssets[] = {
#include "asset_table.inc"
};
#undef ASSET

}  // namespace

std::span<const Asset> all_assets() {
  return kAssets;
}

const Asset* find_asset(std::string_view path) {
  if (path == "/index.html") path = "/";
  for (const Asset& asset : kAssets) {
    if (asset.path == path) return &asset;
  }
  return nullptr;
}

}  // namespace parley::web
