<?php

// As much of Magento 2.4 as the module touches, as its sources declare it: settings, catalogue, store, renderer, policies.

declare(strict_types=1);

namespace Magento\Framework\Component {
    class ComponentRegistrar
    {
        public const MODULE = 'module';
        /** @var array<string, string> */
        public static array $registered = [];

        public static function register(string $type, string $name, string $path): void
        {
            self::$registered[$type . ' ' . $name] = $path;
        }
    }
}

namespace Magento\Framework\App\Config {
    interface ScopeConfigInterface
    {
        /** @return mixed */
        public function getValue($path, $scopeType = 'default', $scopeCode = null);

        public function isSetFlag($path, $scopeType = 'default', $scopeCode = null);
    }
}

namespace Magento\Store\Model {
    interface ScopeInterface
    {
        public const SCOPE_STORE = 'store';
    }

    interface StoreManagerInterface
    {
        public function getStore($storeId = null);
    }
}

namespace Magento\Framework\App {
    class Area
    {
        public const AREA_FRONTEND = 'frontend';
    }

    class State
    {
        public function __construct(private string $area)
        {
        }

        public function getAreaCode()
        {
            return $this->area;
        }
    }
}

namespace Magento\Catalog\Helper {
    class Data
    {
        public function __construct(private ?object $product, private ?object $category)
        {
        }

        public function getProduct()
        {
            return $this->product;
        }

        public function getCategory()
        {
            return $this->category;
        }
    }
}

namespace Magento\Framework\View\Element\Block {
    interface ArgumentInterface
    {
    }
}

namespace Magento\Framework\View\Element {
    class Template
    {
        /** @param array<string, mixed> $data */
        public function __construct(private array $data)
        {
        }

        public function getData(string $key)
        {
            return $this->data[$key] ?? null;
        }
    }
}

namespace Magento\Framework\View\Helper {
    class SecureHtmlRenderer
    {
        /** @param array<string, string> $attributes */
        public function renderTag(string $tag, array $attributes, ?string $content = null, bool $text = true): string
        {
            // Magento adds the script's host to the policies, and throws where it finds none.
            if (!in_array((parse_url($attributes['src']) ?: [])['scheme'] ?? null, ['http', 'https'], true)) {
                throw new \InvalidArgumentException('no host to allow in ' . $attributes['src']);
            }
            $html = '<' . $tag;
            foreach ($attributes as $name => $value) {
                // Every ASCII sign but the plainest becomes a reference, as in Magento.
                $safe = preg_replace_callback(
                    '~[^a-z0-9,._\x80-\xff-]~i',
                    static fn (array $sign): string => sprintf('&#x%X;', ord($sign[0])),
                    $value
                );
                $html .= sprintf(' %s="%s"', $name, $safe);
            }

            return $html . '>' . $content . '</' . $tag . '>';
        }
    }
}

namespace Magento\Csp\Api {
    interface PolicyCollectorInterface
    {
        public function collect(array $defaultPolicies = []): array;
    }
}

namespace Magento\Csp\Model\Policy {
    class FetchPolicy
    {
        /** @param string[] $hostSources */
        public function __construct(
            public readonly string $id,
            public readonly bool $noneAllowed = true,
            public readonly array $hostSources = []
        ) {
        }
    }
}
