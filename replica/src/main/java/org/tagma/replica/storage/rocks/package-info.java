/** RocksDB: its library, its settings and its share of the memory plan. */
package org.tagma.replica.storage.rocks;
